# The image of FindPersonalData alone: Presidio, spaCy and its models of names would make every cold
# start of the others heavier. Built from the project's root by `sam build`.
FROM public.ecr.aws/lambda/python:3.13

COPY functions/redaction.txt /tmp/
RUN pip install --no-cache-dir --no-deps --require-hashes -r /tmp/redaction.txt

COPY functions/ layers/core/ ${LAMBDA_TASK_ROOT}/
