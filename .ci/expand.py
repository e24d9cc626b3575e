"""CloudFormation's view of template.yaml: `expand.py TEMPLATE > FILE`, with .venv-sam's Python.
No account, no network.

SAM writes functions, roles and the upload rule only when the template is deployed; a scanner that
reads resources of AWS::Lambda and AWS::IAM sees them in here.
"""

import sys
from pathlib import Path

from samcli.commands.validate.lib.exceptions import InvalidSamDocumentException
from samcli.lib.translate.sam_template_validator import SamTemplateValidator
from samcli.yamlhelper import yaml_parse


class NoManagedPolicies:
    """The template names none by a short name that only IAM could tell the ARN of."""

    def load(self) -> dict[str, str]:
        return {}


try:
    template = yaml_parse(Path(sys.argv[1]).read_text("utf-8"))
    sys.stdout.write(
        SamTemplateValidator(
            template, NoManagedPolicies(), region="us-east-1"
        ).get_translated_template_if_valid()
    )
except InvalidSamDocumentException as error:
    sys.exit(f"{sys.argv[1]}: {error}")
