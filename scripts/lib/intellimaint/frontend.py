"""The frontend's environment, for both of its generations."""

import dataclasses

NEWEST, OLDER = "newest", "older"
GENERATIONS = (NEWEST, OLDER)
API = "/api/v1"
# Variables of the newest frontend whose values the backend does not have.
TO_FILL_IN = """\
# JWT_SECRET= the backend's FRONTEND_JWT_SECRET, for voice calls
# NEXT_PUBLIC_DEEPGRAM_KEY= for speech recognition in the browser, by Deepgram
# BLOB_READ_WRITE_TOKEN= of the file store that the frontend's server uses"""
NO_CHAT = "# NEXT_PUBLIC_GATEWAY_URL: chat needs the container and the distribution (docs/DEPLOYMENT.md)"


@dataclasses.dataclass(frozen=True)
class Addresses:
    """Where a system is reached. Gateway and services are without /api/v1; `stream` is the voice WebSocket and `socket`
    the origin of Socket.IO, none where there is none."""

    gateway: str
    services: str
    stream: str | None = None
    socket: str | None = None


def local(gateway_port=3000, services_port=8000):
    """The addresses of `scripts/dev`."""
    gateway, services = f"http://localhost:{gateway_port}", f"http://localhost:{services_port}"
    return Addresses(gateway, services, f"ws://localhost:{services_port}{API}/stream", gateway)


def environment(addresses, generation=NEWEST):
    """The text of the frontend's .env.local."""
    variables = {
        "NEXT_PUBLIC_NEST_URL": addresses.gateway.rstrip("/") + API,
        "NEXT_PUBLIC_API_URL": addresses.services,
        "NEXT_PUBLIC_GATEWAY_URL": addresses.socket if generation == NEWEST else None,
        "NEXT_PUBLIC_WEBSOCKET_URL": addresses.stream,
    }
    lines = [f"{name}={value}" for name, value in variables.items() if value]
    if generation == NEWEST:
        lines += [] if addresses.socket else [NO_CHAT]
        lines.append(TO_FILL_IN)
    return "\n".join(lines)
