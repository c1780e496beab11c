"""The level of a visit, with what it rests on and what else one could defend."""

import codeassist

NOTE = """CHIEF COMPLAINT: Shortness of breath.

HISTORY OF PRESENT ILLNESS: A 67-year-old woman, here for follow-up, sleeps on three pillows since last week.

PHYSICAL EXAM: Crackles at both bases.

ASSESSMENT AND PLAN:
1. Acute on chronic systolic heart failure. Worsening. Increase furosemide to 80 mg daily. BMP and BNP ordered.
2. Hypertension. Well controlled. Continue lisinopril 20 mg daily.
"""

result = codeassist.load().code(NOTE)
print("diagnoses:", ", ".join(each.code.value for each in result.diagnoses if each.disposition == "report"))
visit = result.visit
print("visit:", visit.code, visit.name)
for element in visit.elements:
    print(f"  {element.name}: {element.level}")
    for item in element.items:
        print(f"    {item.detail}")
for other in visit.alternatives:
    print("or:", other.code, other.reason)
