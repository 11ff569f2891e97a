namespace Aspire.Hosting;

/// <summary>Something is wrong with the application or its surroundings that a person can mend: the message says it in one line.</summary>
internal sealed class DistributedApplicationException : Exception
{
    public DistributedApplicationException()
    {
    }

    public DistributedApplicationException(string message)
        : base(message)
    {
    }

    public DistributedApplicationException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
