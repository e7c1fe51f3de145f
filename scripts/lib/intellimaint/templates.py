"""Reading the templates of the deployment, and whether their routes fit together."""

import re
import sys

import yaml

from intellimaint import ROOT

# CloudFront's own policies (docs: "managed cache policies", "managed origin request policies").
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
ALL_VIEWER = "216adef6-5c7f-47e4-b989-5492eafa07d3"
ALL_VIEWER_EXCEPT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
METHODS = {"GET", "HEAD", "OPTIONS", "PUT", "PATCH", "POST", "DELETE"}
# What the load balancer lets through for its own health check and ours, and the distribution does not need.
HEALTH = "/health"


class Loader(yaml.SafeLoader):
    """Reads CloudFormation's short forms: `!Sub text` is the text, `!If [c, a, b]` is a list."""


def short_form(loader, _, node):
    if isinstance(node, yaml.ScalarNode):
        return loader.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_mapping(node, deep=True)


Loader.add_multi_constructor("!", short_form)


def load(name):
    return yaml.load((ROOT / name).read_text(), Loader)


def families(template, api):
    """The route families of a REST API."""
    paths = template["Resources"][api]["Properties"]["DefinitionBody"]["paths"]
    return {found.group(1) for path in paths if (found := re.fullmatch(r"/api/v1/(\w+)/\{proxy\+\}", path))}


def problems(template, stream):
    """What is wrong with the routes of the distribution: one sentence each."""
    resources = stream["Resources"]
    distribution = resources["Distribution"]["Properties"]["DistributionConfig"]
    routed = {behavior["PathPattern"]: behavior["TargetOriginId"] for behavior in distribution["CacheBehaviors"]}
    for family in sorted(families(template, "ServicesApi")):
        if routed.get(f"*/api/v1/{family}/*") != "services":
            yield f"{family} does not reach the services"
    for family in sorted(families(template, "GatewayApi")):
        if f"*/api/v1/{family}/*" in routed:
            yield f"{family} does not reach the gateway"
    let_through = resources["Rule"]["Properties"]["Conditions"][0]["PathPatternConfig"]["Values"]
    to_container = {path for path, origin in routed.items() if origin == "container"}
    if to_container != set(let_through) - {HEALTH}:
        yield f"{sorted(to_container)} goes to the load balancer, which lets {sorted(let_through)} through"
    if distribution["DefaultCacheBehavior"]["TargetOriginId"] != "gateway":
        yield "what has no behavior of its own does not reach the gateway"
    for behavior in [distribution["DefaultCacheBehavior"], *distribution["CacheBehaviors"]]:
        path = behavior.get("PathPattern", "the default")
        if behavior["CachePolicyId"] != CACHING_DISABLED or behavior["Compress"]:
            yield f"{path} is cached or compressed"
        if set(behavior["AllowedMethods"]) != METHODS:
            yield f"{path} does not take all methods"
        # An API knows only its own host; the container is told everything.
        headers = ALL_VIEWER if behavior["TargetOriginId"] == "container" else ALL_VIEWER_EXCEPT_HOST
        if behavior["OriginRequestPolicyId"] != headers:
            yield f"{path} does not forward what its origin needs"
        if "ViewerRequest" not in str(behavior["FunctionAssociations"]):
            yield f"{path} does not name the client's address"
    for origin in distribution["Origins"]:
        if "X-Distribution-Key" not in str(origin["OriginCustomHeaders"]):
            yield f"the distribution does not prove itself to {origin['Id']}"


def main():
    found = list(problems(load("template.yaml"), load("infra/stream.yaml")))
    for problem in found:
        print(f"infra/stream.yaml: {problem}", file=sys.stderr)
    sys.exit(1 if found else 0)


if __name__ == "__main__":
    main()
