namespace OwlBoard.Benchmarks.Load;

/// <summary>What is sent and what has to come back.</summary>
internal interface IExchange
{
    /// <summary>What it is called in the results.</summary>
    public string Name { get; }

    /// <summary>What is sent first on a connection, and answered before the measurement begins.</summary>
    public byte[] Opening(Target target);

    /// <summary>What is sent each time.</summary>
    public byte[] Request(Target target);

    /// <summary>Recognizes the answer to <see cref="Opening"/>.</summary>
    /// <param name="received">The bytes so far.</param>
    /// <param name="length">The length of what was recognized.</param>
    public Reply RecognizeOpening(ReadOnlySpan<byte> received, out int length);

    /// <summary>Recognizes the answer to <see cref="Request"/>.</summary>
    public Reply Recognize(ReadOnlySpan<byte> received, out int length);
}
