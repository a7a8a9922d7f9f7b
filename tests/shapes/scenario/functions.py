"""Functions."""

from __future__ import annotations

from tests.shapes.scenario.people import ROLE, Person

FUNCTION = {"FunctionName": "function"}


def work(me: Person) -> None:
    client = me("lambda")
    me("s3").create_bucket(Bucket="bucket-of-code")
    code = {"S3Bucket": "bucket-of-code", "S3Key": "function.zip"}
    me("s3").put_object(Bucket="bucket-of-code", Key="function.zip", Body=b"PK\x05\x06" + bytes(18))
    client.create_function(
        Runtime="python3.13",
        Role=ROLE,
        Handler="main.handler",
        Code=code,
        Description="",
        MemorySize=128,
        PackageType="Zip",
        Publish=False,
        Timeout=3,
        Tags={"StratusRedTeam": "true"},
        Environment={"Variables": {"TOKEN": "Correct-horse-1"}},
        **FUNCTION,
    )
    client.list_functions()
    client.get_function(**FUNCTION)
    client.get_function_configuration(**FUNCTION)
    client.get_function_code_signing_config(**FUNCTION)
    layer = client.publish_layer_version(
        LayerName="layer", Content=code, CompatibleRuntimes=["python3.13"]
    )
    client.update_function_configuration(
        Environment={"Variables": {"TOKEN": "Correct-horse-2"}},
        Layers=[layer["LayerVersionArn"]],
        **FUNCTION,
    )
    client.create_function_url_config(FunctionName="none", AuthType="NONE")
