namespace OwlBoard.Tests.Gateway;

internal sealed record ServiceRequest(string Method, string PathAndQuery, IReadOnlyDictionary<string, string> Headers);
