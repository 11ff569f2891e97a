namespace Aspire.Hosting.ApplicationModel;

/// <summary>What can be asked of an endpoint.</summary>
internal enum EndpointProperty
{
    Url,
    Host,
    Port,
    Scheme,
    TargetPort,
}
