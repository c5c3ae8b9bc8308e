"""The class that the tests of the LMS use, as Canvas and as Moodle write it."""

from __future__ import annotations

CANVAS = '''\
Student,ID,SIS User ID,SIS Login ID,Section,07 Panda (4711),Notes (4712),Current Score
,,,,,Manual Posting,,
    Points Possible,,,,,15,10,(read only)
"Lovelace, Ada",101,S1,ada,Tuesday,,,
"Strauß, Jörg",102,S2,joerg,Tuesday and Friday,3,,
"O""Neil, Zoë ""Z""",103,S3,zoe,Friday,,,
"=""=HYPERLINK(1), Eve""",104,S4,eve,Friday,,,
"'+Plus, Pia",105,S5,pia,Friday,,,
李 小龍,106,S6,+lee,Friday,,,
"Student, Test",199,,8d7f0e,Tuesday,,,
'''

MOODLE = """\
\ufeffIdentifier,Full name,ID number,Email address,Status,Grade,Maximum Grade,Grade can be changed,Last modified (submission),Last modified (grade),Feedback comments
Participant 9001,Ada Lovelace,S1,ada@uni.example,Submitted for grading,,15.00,Yes,"Tuesday, 1 December 2026, 5:59 PM",-,
Participant 9002,Jörg Strauß,S2,joerg@uni.example,Submitted for grading,,15.00,Yes,"Tuesday, 1 December 2026, 6:30 PM",-,
Participant 9003,"Zoë ""Z"" O""Neil",S3,zoe@uni.example,No submission,,15.00,Yes,-,-,
Participant 9004,"=HYPERLINK(1), Eve",S4,eve@uni.example,Submitted for grading,,15.00,Yes,"Wednesday, 2 December 2026, 6:00 AM",-,
Participant 9005,Jörg Strauß,S5,joerg2@uni.example,Submitted for grading,,15.00,Yes,"Tuesday, 1 December 2026, 12:05 PM",-,
"""

PARTICIPANTS = """\
"First name",Surname,"Email address",Roles,Groups
Ada,Lovelace,ada@uni.example,Student,Tuesday
Terry,Teacher,terry@uni.example,Teacher,
Jörg,Strauß,joerg@uni.example,"Student, Tutor",Friday
"""
