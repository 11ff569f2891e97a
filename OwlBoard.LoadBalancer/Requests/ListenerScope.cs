namespace OwlBoard.LoadBalancer.Requests;

/// <summary>On which listeners an endpoint answers. An endpoint that says nothing is public.</summary>
internal enum ListenerScope
{
    /// <summary>On those that clients use.</summary>
    Public,

    /// <summary>On the management listener alone.</summary>
    Management,

    /// <summary>On all of them.</summary>
    Everywhere,
}
