"""Everything in the account that a stack could leave behind."""

from intellimaint import aws
from intellimaint.emulator.system import ARTIFACTS

# Service, call, the list in its answer, and what names a thing; none: the list holds names.
LISTS = [
    ("cloudformation", "describe_stacks", "Stacks", "StackName"),
    ("cloudwatch", "describe_alarms", "MetricAlarms", "AlarmName"),
    ("cloudwatch", "list_dashboards", "DashboardEntries", "DashboardName"),
    ("dynamodb", "list_tables", "TableNames", None),
    ("apigateway", "get_rest_apis", "items", "name"),
    ("iam", "list_roles", "Roles", "RoleName"),
    ("lambda", "list_functions", "Functions", "FunctionName"),
    ("lambda", "list_layers", "Layers", "LayerName"),
    ("lambda", "list_event_source_mappings", "EventSourceMappings", "UUID"),
    ("logs", "describe_log_groups", "logGroups", "logGroupName"),
    ("s3", "list_buckets", "Buckets", "Name"),
    ("secretsmanager", "list_secrets", "SecretList", "ARN"),
    ("sesv2", "list_email_identities", "EmailIdentities", "IdentityName"),
    ("sns", "list_topics", "Topics", "TopicArn"),
    ("sqs", "list_queues", "QueueUrls", None),
]


def inventory():
    """A set of (kind, name), without the bucket that takes what is uploaded for a deployment."""
    found = set()
    for service, call, items, name in LISTS:
        client = aws.client(service)
        pages = client.get_paginator(call).paginate() if client.can_paginate(call) else [getattr(client, call)()]
        for page in pages:
            found |= {(f"{service} {items}", item[name] if name else item) for item in page.get(items) or []}
    return found - {("s3 Buckets", ARTIFACTS)}
