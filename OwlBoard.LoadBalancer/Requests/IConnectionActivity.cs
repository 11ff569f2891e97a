namespace OwlBoard.LoadBalancer.Requests;

/// <summary>Receives the activity of a connection's requests, from which limits recognize idle and stalled connections.</summary>
internal interface IConnectionActivity
{
    /// <summary>Reports that a request has begun.</summary>
    public void RequestBegins();

    /// <summary>Reports that a request has ended.</summary>
    /// <param name="hadBody"><see langword="true"/> if the request may have had a body.</param>
    public void RequestEnds(bool hadBody);

    /// <summary>Reports that a request waits for its client to send or to read.</summary>
    public void WaitBegins();

    /// <summary>Reports that a request no longer waits for its client.</summary>
    public void WaitEnds();
}
