namespace OwlBoard.Forwarding.Http1;

/// <summary>The exception that is thrown when an upstream's response is not valid HTTP/1.1, or is ambiguous.</summary>
internal sealed class MalformedResponseException(string message) : IOException(message);
