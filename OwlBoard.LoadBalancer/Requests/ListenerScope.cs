namespace OwlBoard.LoadBalancer.Requests;

/// <summary>The listeners that serve an endpoint. An endpoint without a scope is public.</summary>
internal enum ListenerScope
{
    /// <summary>The listeners for clients.</summary>
    Public,

    /// <summary>Only the management listener.</summary>
    Management,

    /// <summary>All listeners.</summary>
    Everywhere,
}
