namespace OwlBoard.LoadBalancer.Requests;

/// <summary>Receives what a connection's requests do, so that limits can tell idle and stalled connections from busy ones.</summary>
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
