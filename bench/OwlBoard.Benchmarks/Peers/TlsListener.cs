namespace OwlBoard.Benchmarks.Peers;

/// <summary>A listener over TLS.</summary>
/// <param name="Port">The port on 127.0.0.1.</param>
/// <param name="Certificate">The path of a PEM file with the certificate and its private key.</param>
internal sealed record TlsListener(int Port, string Certificate);
