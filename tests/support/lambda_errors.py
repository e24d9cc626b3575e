"""Possible ends of an invocation of Lambda, by its name in Step Functions; and what is repeated.

Documented at docs.aws.amazon.com:
- /step-functions, "Handle Lambda service exceptions": the faults, which AWS recommends to repeat
- /lambda/latest/api/API_Invoke.html: what Invoke may answer. boto3 has the same list, and
  test_definition.py reads it
- /lambda, "Lambda function states", "Create a Lambda function using a container image": a function
  that is idle for weeks becomes Inactive; the first call is refused and wakes it, through Pending
"""

THROTTLED = ("Lambda.TooManyRequestsException",)
# A function that is not ready yet. "Wait", "try again", API_Invoke says of each. The first is what
# Invoke answers for one that was idle, in place of the documented ResourceNotReadyException
# (github.com/boto/boto3/issues/3788). Through Step Functions it was seen to last 40 to 106 s
# (aws-solutions-library-samples/accelerated-intelligent-document-processing-on-aws#801).
# ResourceConflictException: it is Pending, just made or being updated ("Troubleshoot invocation").
WAKING = (
    "Lambda.CodeArtifactUserPendingException",
    "Lambda.CodeArtifactUserDeletedException",
    "Lambda.ResourceConflictException",
    "Lambda.ResourceNotReadyException",
    "Lambda.ENINotReadyException",
)
FAULTS = (
    "Lambda.ClientExecutionTimeoutException",
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.EC2ThrottledException",
)
# A worker that did not live to answer. Out of memory it is Lambda.Unknown (as documented with the
# faults), Runtime.ExitError (github.com/awslabs/amazon-s3-find-and-forget/pull/283) or
# Runtime.OutOfMemory, Lambda's own type for it (github.com/nasa-gcn/gcn.nasa.gov/pull/3628).
DEATHS = ("Lambda.Unknown", "Sandbox.Timedout", "Runtime.ExitError", "Runtime.OutOfMemory")
NAMES = (*THROTTLED, *WAKING, *FAULTS, *DEATHS)

_OTHER = "the template has none of it"
_BROKEN = "the deployment is wrong, and stays so until someone mends it"
_ASKED = "the request is wrong, and would be so again"
LEFT = {
    "CodeArtifactUserFailedException": _BROKEN,
    "DurableExecutionAlreadyStartedException": _OTHER,
    "EC2AccessDeniedException": _BROKEN,
    "EC2UnexpectedException": _BROKEN,
    "EFSIOException": _OTHER,
    "EFSMountConnectivityException": _OTHER,
    "EFSMountFailureException": _OTHER,
    "EFSMountTimeoutException": _OTHER,
    "ENILimitReachedException": _BROKEN,
    "InvalidParameterValueException": _ASKED,
    "InvalidRequestContentException": _ASKED,
    "InvalidRuntimeException": _BROKEN,
    "InvalidSecurityGroupIDException": _BROKEN,
    "InvalidSubnetIDException": _BROKEN,
    "InvalidZipFileException": _BROKEN,
    "KMSAccessDeniedException": _BROKEN,
    "KMSDisabledException": _BROKEN,
    "KMSInvalidStateException": _BROKEN,
    "KMSNotFoundException": _BROKEN,
    "ModeNotSupportedException": _ASKED,
    "NoPublishedVersionException": _BROKEN,
    "RecursiveInvocationException": _BROKEN,
    "RequestTooLargeException": _ASKED,
    "ResourceNotFoundException": _BROKEN,
    "RuntimeAliasDeletedException": _BROKEN,
    "RuntimeVersionDeletedException": _BROKEN,
    "S3FilesMountConnectivityException": _OTHER,
    "S3FilesMountFailureException": _OTHER,
    "S3FilesMountTimeoutException": _OTHER,
    "SerializedRequestEntityTooLargeException": _ASKED,
    "ServiceQuotaExceededException": _BROKEN,
    "SnapStartException": _OTHER,
    "SnapStartNotReadyException": _OTHER,
    "SnapStartRegenerationFailureException": _OTHER,
    "SnapStartTimeoutException": _OTHER,
    "SubnetIPAddressLimitReachedException": _BROKEN,
    "UnsupportedMediaTypeException": _ASKED,
}
