"""The patterns by which measurements are read: what may stand between a name and its value, and what rules it out.

Every pattern is matched at one place or over a short stretch, and repeats nothing without a bound but blanks.
"""

from __future__ import annotations

import re

WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_SHORT_DATE = r"\d{1,2} / \d{1,2} (?: / \d{2} (?:\d\d)? )?"
# What may stand between a name and its value.
GAP = re.compile(
    r"""
    (?: [ \t]+ | [:=~*|] \s? | [.]{2,9}
      | [)\]] (?= [ :=] )                                    # "pressure (PaCO2) of 37"
      | \( (?=[\s<>~]*\d) | \([^()\d\n]{0,25}\)             # "A1c (7.5)", "WBC (K/uL) 18"
      | \[[^\[\]\d\n]{0,25}\]                                # "white cells [WBC] 18"
      | [-\u2013] (?=[ ]?[^-])
      | , [ \t]* (?= [<>\d] )                                # "Hemoglobin, 10.2"; labs, or with a unit
      # A date: "A1c on 1/15/2026 was 9", "Cr on 3/2 was 1.4".
      | [(]? \b (?: (?: on | from | dated )[ ] )? (?: \d{1,2} / \d{1,2} / \d{2} (?: \d\d )? | \d{4}-\d\d-\d\d ) \b [)]?
      | (?: \b (?: on | from )[ ] | \( ) \d{1,2} / \d{1,2} (?! [\d/] ) [)]?
      # The support that a saturation was taken on: "saturation on room air was 94".
      | \b (?: while[ ] )? on [ ] (?: room[ ]air | RA | \d{1,2} [ ]? L (?:iters?)? ) \b
        (?: [ ] (?: NC | oxygen | O2 ) \b )?
      | \b in[ ]the[ ] (?: (?: low | mid | high | upper | lower )[- ] )? (?= \d{1,3} 0 '? s \b )
      | \b (?: increased | decreased | raised | lowered ) (?= [ ]? (?: \( | at\b ) )
      | \b at [ ] (?: 1 | one ) [ ] and [ ] (?: 5 | five ) (?: [ ] min\w{0,5} )? \b      # Apgar scores
      | \b (?: is | was | are | were | of | at | to | be | been | being | from | a | an | the | as | by[ ]echo | L | H
        | that | which | had | has | have | only
        # time
        | just | now | today | still | currently | yesterday | this[ ]morning | on[ ]admission | on[ ]arrival
        | on[ ]presentation | at[ ]discharge | initially | initial | repeat | repeated | last | latest | most | recent
        # nouns
        | level s? | value s? | counts? | concentration s? | ratio | rate | index | score | result | reading | titers?
        | percentage | total | activity | rest | depression | range | in[ ]the[ ]range[ ]of
        # verbs
        | measure[sd] | measuring | remain s? | remained | stayed | stable | registered | obtained | back | came
        | running | equal s? | recorded | noted | found | shows | showed | reveals | revealed | reported | ranging
        | ranged | trend(?:ed|ing|s)? | fluctuated | prolonged | peaked | calculated | estimated
        # how much
        | approximately | approx | about | around | roughly | nearly | almost | between | up[ ]to
        | as[ ](?:high|low)[ ]as | dropped[ ]as[ ]low[ ]as | slightly | mildly | markedly | significantly | little | bit
        | very | quite | high | low | low- | mid- | elevated | normal | reduced | depressed | preserved | critical
        | abnormal | serum | random | fasting | intact | peak | nadir
        | (?: up | down | increased | decreased | dropped | fell | rose | risen | trended | improved | worsened
            | dropping | rising | declined | climbed | went | desaturated | desatted | dip(?:s|ped)? | drops? )
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
# From one value to the next: "128→131", "25-30", "2.4 > 1.9", "94% and dropped to 92%".
CHAIN = re.compile(
    r"""
    # Before an arrow may stand when or on what the first value was taken.
    (?: [ ] (?: on[ ]admission | on[ ]arrival | initially | yesterday | at[ ]baseline
        | (?: on[ ] )? (?: RA | room[ ]air | \d{1,2}[ ]?L (?: [ ]NC )? ) ) (?= [ ]? (?: \u2192 | -{1,2}> | => ) ) )?
    [ ]?
    (?: (?P<later> \u2192 | -{1,2}> | => | > | , [ ] (?: then | now )\b | \b then (?: [ ] to )? \b
        | ,? [ ]? \b (?: and | before | but | to | which )[ ] (?: (?: then | later | subsequently | now )[ ] )?
          (?: dropp(?:ed|ing) | fell | falling | rose | rising | (?:in|de)creas(?:ed|ing) | improv(?:ed|ing) | went
            | climb(?:ed|ing) | declin(?:ed|ing) | worsen(?:ed|ing) | normaliz(?:ed|ing) | recover(?:ed|ing) )
          [ ] (?: up[ ] | down[ ] )? to \b )
      | [-\u2013] | \b (?P<towards> to ) \b )
    [ ]? (?= [\d.] )
    """,
    re.VERBOSE | re.IGNORECASE,
)
FROM = re.compile(r"\b from [ ]* (?: (?: a | an | his | her | the )[ ]+ )? $", re.VERBOSE | re.IGNORECASE)
# Further values of a row that gives its dates: "1.4 (3/1), 1.8 (3/2)".
DATED = re.compile(
    rf"[ ]? (?: \( [ ]? {_SHORT_DATE} [^()\n]{{0,12}} \) | on[ ] {_SHORT_DATE} \b )",
    re.VERBOSE,
)
AFTER_DATED = re.compile(
    r"[ ]? (?: [,;] | (?P<later> \u2192 | -{0,2}> ) | and | , [ ] and )[ ]{0,2} (?= [\d.<>] )", re.VERBOSE
)
# Further values for further names: "BUN and creatinine were 45 and 2.4", "(124/77 mmHg, 78 bpm)".
SERIES = re.compile(r"[ ]? (?: ,?[ ]and\b | [,;/&] )[ ]? (?: (?: only | about | of | at | to )[ ] )? ", re.VERBOSE)
NAMES = re.compile(
    r"[ ]? (?: , [ ] and\b | and\b | [,/&] )[ ]? (?: (?: the | a | an | his | her | serum | plasma )[ ] ){0,2}",
    re.VERBOSE,
)
# The values of a panel in its usual order: "18.3>7.1/22<150", "133/5.9/98/18".
PANEL = re.compile(r"[ ]? [/|<>\\] [ ]?", re.VERBOSE)
DECADE = re.compile(r"'? s \b", re.VERBOSE)
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
      (?: days? | weeks? | wks? | months? | mos? | years? | yrs? | hours? | minutes? | mins? | seconds? | ago
        | (?-i: [Hh]rs? | HRS )                              # "HR" is the heart rate
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
NAMED_BASELINE = re.compile(r"\b baseline [ ] (?: serum[ ] | his[ ] | her[ ] )? $", re.VERBOSE | re.IGNORECASE)
BASELINE = re.compile(
    r"""
    [ ,;(]{0,3} (?: (?: up | down | increased | decreased )[ ] )? (?: from[ ] )?
    (?: (?: a | an | his | her | the | known | prior )[ ] )?
    baseline
    (?: [ ] (?: of | is | was | at | around | about | approximately | cr | creatinine | value | level ) ){0,4} [ :~]*
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What gives an earlier value after the current one: "7.1 (was 10.2)", "7.1, down from 10.2".
PRIOR = re.compile(
    r"""
    (?: [ ,;]{0,2} (?: \( [ ]? )?
        (?: (?: up | down | (?:in|de)creased | (?:improv|ris|fall|worsen|climb)(?:ed|ing) | dropped | risen
            | worse )[ ] )?
        from (?: [ ] (?: a | an | his | her | the | prior | previous | last | admission | initial | value | level
            | of ) ){0,4}
      | [ ,;]{0,2} [(\[] [ ]? (?: it[ ] )? was
      | [ ,;(\[]{1,3} (?: prior | previous | previously | prev\.? | last )
        (?: [ ] (?: was | value | level | of | one | at ) ){0,3} )
    [ ]? [:=~]? [ ]? (?= [\d.<>] )
    """,
    re.VERBOSE | re.IGNORECASE,
)
# A number of units of blood: "2 units PRBC", "two u of FFP".
COUNT = re.compile(
    r"(?<! [\d/.,-] ) (?P<number> \d{1,3} | one | two | three | four | five | six | eight | ten | an? ) [ -]? $",
    re.VERBOSE | re.IGNORECASE,
)
NUMBER_WORDS = {"a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "eight": 8, "ten": 10}
# Blood that is only kept ready or ordered under a condition was not given.
NOT_GIVEN = re.compile(
    r"""
    \b (?: cross-? (?:match\w{0,3})? | hold\w{0,3} | reserve\w? | screen\w{0,3} | available | keep | refus\w{2,3}
      | declin\w{2,3} ) \b [^.;\n]{0,25} $
    """,
    re.VERBOSE | re.IGNORECASE,
)
# The size of what was seen, before or after its name: "3.2 x 2.1 cm mass", "nodule measuring 8 mm".
SIZE = re.compile(
    r"""
    (?P<sides> \d{1,3} (?:\.\d{1,2})? (?: [ ]? (?: mm | cm )? [ ]? x [ ]? \d{1,3} (?:\.\d{1,2})? ){0,2} )
    [ -]? (?P<unit> mm | cm | millimeters? | centimeters? ) \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Between size and name only what describes it: not "a 4 cm incision about the mass".
SIZE_BEFORE = re.compile(
    r"(?<! [\d/.,x-] ) "
    + SIZE.pattern
    + r"""
    ,? [ ] (?: of[ ] )?
    (?: (?! (?: about | above | below | from | to | into | for | with | and | the | a | an | of | was | is
          | incision | margins? | deep | away )\b )
      [a-z][a-z-]{1,15} ,? [ ] ){0,4} $
    """,
    re.VERBOSE | re.IGNORECASE,
)
SIZE_GAP = re.compile(
    r"""
    [ ,(]{0,3} (?: (?: which | that | is | was | now | currently | measur(?:es|ed|ing) | spans? | of | up[ ]to | at
      | about | approximately | in[ ](?:size|diameter|length) | size | diameter ) [ :]{1,2} | [(:=~][ ]? ){0,5}
    """,
    re.VERBOSE | re.IGNORECASE,
)
# What stands before a name that follows its value: "45% ejection fraction", "34 5/7 weeks gestation".
BEFORE = re.compile(
    r"""
    (?<! [\d/.,-] ) (?P<number> \d{1,3} (?: \.\d )? )
    (?: [ ]? [-+]? [ ]? (?P<days> [0-6] ) (?: /7 | (?= [ ]* (?:weeks?|wks?) ) ) )?
    [ -]? (?P<unit> % | percent | weeks?'? | wks? | lbs?\.? | pounds? | kg | kilograms? ) ,? [ ]
    (?: of[ ] | estimated[ ] | left[ ]ventricular[ ] | lv[ ] | saturation[ ] ){0,3}
    (?P<far> (?: [a-z]{2,15}[ ] ){0,3} ) $
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
