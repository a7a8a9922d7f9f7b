"""What S3 does with objects that grow old: lifecycle rules, cold storage classes, restores.

Pure: objects, rules and the time come in, actions with their reasons go out.
"""
