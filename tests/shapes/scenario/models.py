"""Models and media: mostly somebody who looks around."""

from __future__ import annotations

from tests.shapes.scenario.people import Person

LOOKS = {
    "bedrock": ("list_custom_models", "delete_model_invocation_logging_configuration"),
    "cloudformation": ("list_stacks",),
    "datasync": ("list_tasks",),
    "directconnect": ("describe_lags",),
    "es": ("list_domain_names",),
    "iot": ("list_jobs", "list_thing_types"),
    "mediastore": ("list_containers",),
    "sagemaker": (
        "list_compilation_jobs",
        "list_endpoints",
        "list_model_packages",
        "list_models",
        "list_transform_jobs",
    ),
    "synthetics": ("describe_canaries",),
}


def work(me: Person) -> None:
    for service, operations in LOOKS.items():
        for operation in operations:
            getattr(me(service), operation)()
    me("bedrock").create_model_customization_job(
        jobName="job",
        customModelName="model",
        roleArn="arn:aws:iam::123456789012:role/operator",
        baseModelIdentifier="amazon.titan-text-express-v1",
        trainingDataConfig={"s3Uri": "s3://bucket-of-logs/train"},
        outputDataConfig={"s3Uri": "s3://bucket-of-logs/out"},
        hyperParameters={},
    )
    me("macie2").list_members(maxResults=25, onlyAssociated="true")
