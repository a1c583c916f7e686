"""What the tests of the OData server read it with: httpx that follows links verbatim, and dlt as it is.

Belongs here: reading. Not here: assertions on what was read, and the world that is served (`odata_world.py`).
"""

from typing import Any
from urllib.parse import urljoin

import httpx
from dlt.sources.rest_api import rest_api_resources

CREDENTIALS = {"grant_type": "client_credentials", "client_id": "client", "client_secret": "secret"}
SCOPE = {"scope": "https://simulated.example/.default"}


def bought_token(url: str) -> str:
    return str(httpx.post(f"{url}/tenant/oauth2/v2.0/token", data=CREDENTIALS | SCOPE).json()["access_token"])


def results(client: httpx.Client, path: str, **options: str) -> Any:
    answer = client.get(path, params={f"${name}": value for name, value in options.items()} or None)
    assert answer.status_code == 200, answer.text
    body = answer.json()
    return body["d"]["results"] if "d" in body else body["value"]


def followed(client: httpx.Client, url: str) -> list[list[dict[str, Any]]]:
    """Every page, by the next links as they are given."""
    pages = []
    while url:
        body = client.get(url).json()
        pages.append(body["d"]["results"] if "d" in body else body["value"])
        link = body["d"].get("__next") if "d" in body else body.get("@odata.nextLink")
        url = urljoin(str(client.base_url.join(url)), link) if link else ""
    return pages


def read_by_dlt(
    base_url: str, auth: dict[str, Any], path: str, parameters: dict[str, str], data: str, link: str
) -> int:
    paginator = {"type": "json_link", "next_url_path": link}
    endpoint = {"path": path, "params": parameters, "data_selector": data, "paginator": paginator}
    config: Any = {
        "client": {"base_url": base_url, "auth": auth},
        "resources": [{"name": "rows", "endpoint": endpoint}],
    }
    return sum(1 for resource in rest_api_resources(config) for _ in resource)
