using System.Net;
using OwlBoard.Forwarding.Targets;
using OwlBoard.Forwarding.Tracing;
using OwlBoard.LoadBalancer.Requests;

namespace OwlBoard.LoadBalancer.AccessLog;

/// <summary>The access log entry of a request.</summary>
internal readonly record struct AccessLogEntry(
    DateTimeOffset Time,
    string Listener,
    IPAddress Client,
    string Method,
    RequestTarget Target,
    string Protocol,
    int Status,
    long Bytes,
    TimeSpan Duration,
    string UserAgent,
    string Upstream,
    int Attempts,
    string TraceParent);
