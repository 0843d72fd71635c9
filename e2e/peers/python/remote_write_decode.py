# Reads a request of remote-write 2.0 with Google's library, by the published definition (prometheus/prompb/io/prometheus/write/v2).
import json
import sys

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

F = descriptor_pb2.FieldDescriptorProto
TYPES = {"string": F.TYPE_STRING, "uint32": F.TYPE_UINT32, "double": F.TYPE_DOUBLE, "int64": F.TYPE_INT64, "enum": F.TYPE_INT32}
MESSAGES = {
    "Request": [(4, "symbols", "string", True), (5, "timeseries", "TimeSeries", True)],
    "TimeSeries": [
        (1, "labels_refs", "uint32", True),
        (2, "samples", "Sample", True),
        (5, "metadata", "Metadata", False),
        (6, "created_timestamp", "int64", False),
    ],
    "Sample": [(1, "value", "double", False), (2, "timestamp", "int64", False)],
    "Metadata": [(1, "type", "enum", False), (3, "help_ref", "uint32", False), (4, "unit_ref", "uint32", False)],
}
file = descriptor_pb2.FileDescriptorProto(name="v2.proto", package="v2", syntax="proto3")
for name, fields in MESSAGES.items():
    message = file.message_type.add(name=name)
    for number, field, kind, repeated in fields:
        label = F.LABEL_REPEATED if repeated else F.LABEL_OPTIONAL
        if kind in TYPES:
            message.field.add(name=field, number=number, label=label, type=TYPES[kind])
        else:
            message.field.add(name=field, number=number, label=label, type=F.TYPE_MESSAGE, type_name=f".v2.{kind}")
pool = descriptor_pool.DescriptorPool()
pool.Add(file)


def uncompressed(data):
    size, shift, at = 0, 0, 0
    while True:
        byte = data[at]
        at += 1
        size |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    out = bytearray()
    while at < len(data):
        tag = data[at]
        at += 1
        kind = tag & 3
        if kind == 0:
            length = tag >> 2
            if length >= 60:
                more = length - 59
                length = int.from_bytes(data[at : at + more], "little")
                at += more
            length += 1
            out += data[at : at + length]
            at += length
            continue
        if kind == 1:
            length = ((tag >> 2) & 7) + 4
            offset = ((tag >> 5) << 8) | data[at]
            at += 1
        else:
            width = 2 if kind == 2 else 4
            length = (tag >> 2) + 1
            offset = int.from_bytes(data[at : at + width], "little")
            at += width
        for _ in range(length):
            out.append(out[-offset])
    assert len(out) == size
    return bytes(out)


request = message_factory.GetMessageClass(pool.FindMessageTypeByName("v2.Request"))()
plain = uncompressed(sys.stdin.buffer.read())
request.ParseFromString(plain)
known = type(request)()
known.CopyFrom(request)
known.DiscardUnknownFields()
assert known.SerializeToString() == request.SerializeToString(), "fields that the definition does not have"
assert request.symbols[0] == ""
series = []
for one in request.timeseries:
    names = [request.symbols[ref] for ref in one.labels_refs]
    labels = dict(zip(names[::2], names[1::2]))
    assert list(labels) == sorted(labels), "labels out of order"
    series.append(
        {"labels": labels, "samples": [[s.timestamp, s.value] for s in one.samples], "type": one.metadata.type}
    )
print(json.dumps(series))
