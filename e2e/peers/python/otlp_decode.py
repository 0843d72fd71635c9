# Reads a request of OTLP by the official definitions and prints it as JSON; what they do not know is an error.
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

request = {"metrics": ExportMetricsServiceRequest, "logs": ExportLogsServiceRequest}[sys.argv[1]]()
body = sys.stdin.buffer.read()
if sys.argv[2] == "json":
    json_format.Parse(body, request)
else:
    request.ParseFromString(body)
    # Parsed fields that are not in the definitions stay as bytes of their own.
    known = type(request)()
    known.CopyFrom(request)
    known.DiscardUnknownFields()
    assert known.SerializeToString(deterministic=True) == request.SerializeToString(deterministic=True)
print(json.dumps(json_format.MessageToDict(request)))
