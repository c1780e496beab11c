"""The patterns by which measurements are read: what may stand between a name and its value, and what rules it out.

Every pattern is matched at one place or over a short stretch, and repeats nothing without a bound but blanks.
"""

from __future__ import annotations

import re

WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
GAP = re.compile(
    r"""
    (?: [ \t]+ | [:=~*] \s? | [.]{2,9}
      | \( (?=[\s<>~]*\d) | \([^()\d\n]{0,25}\)             # "A1c (7.5)", "WBC (K/uL) 18"
      | [-\u2013] (?=[ ]?[^-])
      | , [ \t]* (?= [<>\d] )                                # "Hemoglobin, 10.2"; labs only
      | \b at [ ] (?: 1 | one ) [ ] and [ ] (?: 5 | five ) (?: [ ] min\w{0,5} )? \b      # Apgar scores
      | \b (?: is | was | are | were | of | at | to | be | been | being | from | a | an | the | as | by[ ]echo | L | H
        | just | only | now | today | still | currently | yesterday | this[ ]morning | on[ ]admission | on[ ]arrival
        | on[ ]presentation | at[ ]discharge | initially | initial | repeat | repeated | last | latest | most
        | recent | level s? | value s? | count | score | result | reading | percentage | total | measure[sd] | measuring
        | remain s? | remained | stayed | stable | registered | obtained | back | came | running | equal s?
        | approximately | approx | about | around | roughly | nearly | almost | estimated | calculated | reported
        | recorded | noted | found | shows | showed | reveals | revealed | between | ranging | range
        | in[ ]the[ ]range[ ]of
        | slightly | mildly | markedly | significantly | little | bit | very | quite | high | low | elevated | normal
        | reduced | depressed | preserved | critical | abnormal | serum | random | fasting | peak | peaked | nadir
        | (?: up | down | increased | decreased | dropped | fell | rose | risen | trended | improved | worsened
            | dropping | rising | declined | climbed | went )
          [ ] (?: up[ ] | down[ ] | slightly[ ] | further[ ] )? (?= (?:to|from|at)\b )     # not "down 2 pounds"
      ) \b
    ){0,10}
    """,
    re.VERBOSE | re.IGNORECASE,
)
VALUE = re.compile(
    r"""
    (?P<bound> [<>\u2264\u2265] =? | (?: less | greater | more ) [ ] than | over\b | above\b | below\b | under\b )? [ ]*
    (?P<number> -? (?: \d{1,3} (?: ,\d{3} ){1,3} (?!\d) (?: \.\d+ )? | \d{1,9} (?: \.\d{1,6} )? | \.\d{1,6} ) )
    (?! \d | \. \d | ,\d{3} )
    """,
    re.VERBOSE | re.IGNORECASE,
)
CHAIN = re.compile(
    r"[ ]? (?: \u2192 | -{1,2}> | => | > | [-\u2013] | \b to \b | \b then \b )[ ]? (?= [\d.] )",
    re.VERBOSE | re.IGNORECASE,
)
BETWEEN = re.compile(r"[ ]? (?: \b and \b | [-\u2013] )[ ]? (?= [\d.] )", re.VERBOSE | re.IGNORECASE)
PAIR = re.compile(r"[ ]? (?: / | \b over \b )[ ]? (?=\d)", re.VERBOSE | re.IGNORECASE)
LOOSE_PAIR = re.compile(r"[ ]? (?: / | \b and \b | , | & | \b over \b )[ ]* (?= [\d.] )", re.VERBOSE | re.IGNORECASE)
SCALE = re.compile(
    r"[ ]? (?: / | \b out[ ]of \b | \b on[ ]a[ ]scale[ ]of \b )[ ]? (?P<scale> \d{1,3} )(?!\d)", re.VERBOSE
)
FLAG = re.compile(r"[ \t]{0,2} \(? (?: H{1,2} | L{1,2} | [Hh]igh | [Ll]ow | \*{1,2} ) \)? (?![A-Za-z])", re.VERBOSE)
# What may not follow a number: a date, a time, an ordinal, a dose, a duration, a number of things.
FOREIGN = re.compile(
    r"""
    [A-Za-z\d_%\u00b0\u00ba'"] | /\d | :\d | -\d
    | [ \t-]{1,2}
      (?: days? | weeks? | wks? | months? | mos? | years? | yrs? | hours? | hrs? | minutes? | mins? | seconds? | ago
        | am | pm | a\.m | p\.m | o'clock | times? | x
        | doses? | tabs? | tablets? | caps? | capsules? | pills? | puffs? | drops? | mg | mcg | grams? | gm | g
        | units? | iu | ml | cc | liters? | pounds? | lbs? | kg | meq | percent | calories | kcal
        | mm | cm | inch | inches | feet | foot | ft | points? | visits? | sessions? | packs? | episodes? | leads?
        | views? | stones? | beers? | drinks? | children | brothers? | sisters? | pregnanc\w{1,5}
        | more | other | separate | prior | previous | different )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
DOSE = re.compile(
    r"""
    [ ,]{0,2}
    (?: po | p\.o | orally | by[ ]mouth | iv | im | sq | subq | daily | b\.?i\.?d | t\.?i\.?d | q\.?i\.?d | qd | qhs
      | q\d{1,2}h? | qday | q\.[ad] | once | twice | every | each | per[ ]day | a[ ]day | tabs? | tablets?
      | supplement\w{0,6} | ago | x \s? \d )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
TELEPHONE = re.compile(r"(?: \d{3} - )? \d{3} - \d{4} \b", re.VERBOSE)
LIST_NUMBER = re.compile(r"\d{1,2} [.)] [ ]+ [A-Z]", re.VERBOSE)
# A goal or a condition is no measurement: "goal A1c < 7", "call if temp > 101".
GOAL = re.compile(
    r"""
    \b (?: goal | target | keep | maintain\w{0,3} | achieve | obtain | vitamin | vit\.? | factor )
    [ ]+ (?: [a-z]+ [ ]+ )? $
    """,
    re.VERBOSE | re.IGNORECASE,
)
CONDITION = re.compile(
    r"\b (?: (?: if | unless | until | when )\b [^.;:\n]* | (?: for | hold | any ) [ ]+ (?: [a-z]+ [ ]+ ){0,2} ) $",
    re.VERBOSE | re.IGNORECASE,
)
# The same analyte in another fluid is another measure.
SPECIMEN = re.compile(
    r"""
    \b (?: urine | urinary | csf | fluid | pleural | ascitic | synovial | peritoneal | stool | sweat | spinal )[ ]+ $
    """,
    re.VERBOSE | re.IGNORECASE,
)
BASELINE = re.compile(
    r"""
    [ ,;(]{0,3} (?: (?: up | down | increased | decreased )[ ] )? (?: from[ ] )?
    (?: (?: a | an | his | her | the | known | prior )[ ] )?
    baseline
    (?: [ ] (?: of | is | was | at | around | about | approximately | cr | creatinine | value | level ) ){0,4} [ :~]*
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What stands before a name that follows its value: "45% ejection fraction", "34 5/7 weeks gestation".
BEFORE = re.compile(
    r"""
    (?<! [\d/.,-] ) (?P<number> \d{1,3} (?: \.\d )? )
    (?: [ ]? [-+]? [ ]? (?P<days> [0-6] ) (?: /7 | (?= [ ]* (?:weeks?|wks?) ) ) )?
    [ -]? (?P<unit> % | percent | weeks?'? | wks? ) ,? [ ]
    (?: of[ ] | estimated[ ] | left[ ]ventricular[ ] | lv[ ] | saturation[ ] ){0,3} $
    """,
    re.VERBOSE | re.IGNORECASE,
)
FEET = re.compile(
    r"""
    (?P<feet> [1-8] ) [ ]? (?: ' | \u2019 | - (?=f) | ft\b\.? | feet\b | foot\b ) [ ,]{0,2}
    (?:
      (?P<inches> 1[01] | \d ) (?: \.\d | [ ]1/2 )? [ ]?
      (?: '' | " | \u201d | -?in (?:ch(?:es)?)? \b | $ | (?= [\s,.;)] ) )
    )?
    """,
    re.VERBOSE | re.IGNORECASE,
)
POUNDS = re.compile(
    r"""
    (?P<pounds> \d{1,2} ) [ ]? (?: lbs?\.? | pounds? | \# ) [ ,]{0,2} (?: and[ ] )?
    (?P<ounces> \d{1,2} (?:\.\d)? ) [ ]? (?: oz | ounces? )\b
    """,
    re.VERBOSE | re.IGNORECASE,
)
SUM = re.compile(r"(?P<first> [1-5] ) [ ]? \+ [ ]? (?P<second> [1-5] ) (?: [ ]? = [ ]? \d{1,2} )?", re.VERBOSE)
WEEKS = re.compile(
    r"""
    (?P<weeks> \d{1,2} )
    (?: [ ]? (?: weeks? | wks? | w ) ,? [ ]? (?: and[ ] )? (?P<days> [0-6] ) [ ]? (?: days? | d | /7 )
      | [ ]? [-+ ] [ ]? (?P<sevenths> [0-6] ) (?: /7 )? [ ]? (?: weeks? | wks? )
      | [ ]? \+ [ ]? (?P<plus> [0-6] ) \b )
    """,
    re.VERBOSE | re.IGNORECASE,
)
