"""The one place that touches moto (5.2.5, pinned exactly): its internals are young.

`wire` reads and writes HTTP by botocore's models, `facts` looks into moto's backends and puts
things there, `mend` changes what a lab cannot live with. `tests/account/test_moto_contract.py`
pins what is relied on here. AWS facts stay out.
"""
