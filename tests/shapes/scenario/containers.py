"""Images and clusters of containers."""

from __future__ import annotations

import json

from tests.shapes.scenario.people import Person


def work(me: Person) -> None:
    client = me("ecr")
    client.create_repository(repositoryName="app")
    client.describe_repositories(maxResults=100)
    client.get_authorization_token()
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {
            "mediaType": "application/vnd.docker.container.image.v1+json",
            "size": 7023,
            "digest": f"sha256:{'0' * 64}",
        },
        "layers": [],
    }
    client.put_image(
        repositoryName="app",
        registryId="123456789012",
        imageTag="latest",
        imageManifest=json.dumps(manifest),
    )
    me("ecs").create_service(cluster="none", serviceName="s", taskDefinition="t", desiredCount=1)
