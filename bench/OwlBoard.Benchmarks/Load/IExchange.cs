namespace OwlBoard.Benchmarks.Load;

/// <summary>A request and its expected response.</summary>
internal interface IExchange
{
    /// <summary>The name in the results.</summary>
    public string Name { get; }

    /// <summary>Returns the bytes that open a connection. Their response is received before the measurement begins.</summary>
    public byte[] Opening(Target target);

    /// <summary>Returns the bytes of each request.</summary>
    public byte[] Request(Target target);

    /// <summary>Recognizes the response to <see cref="Opening"/>.</summary>
    /// <param name="received">The bytes received so far.</param>
    /// <param name="length">The length of the recognized response.</param>
    public Reply RecognizeOpening(ReadOnlySpan<byte> received, out int length);

    /// <summary>Recognizes the response to <see cref="Request"/>.</summary>
    public Reply Recognize(ReadOnlySpan<byte> received, out int length);
}
