namespace OwlBoard.Frontend;

/// <summary>One of the two frontends that a process can run as.</summary>
/// <param name="Name">The name of its argument, and of the load balancer's endpoint that it uses.</param>
/// <param name="LoadBalancer">The default address of that endpoint.</param>
/// <param name="CompactLayout">The media query for the compact layout of a hand-held screen.</param>
internal sealed record FrontendVariant(string Name, string LoadBalancer, string CompactLayout)
{
    public static FrontendVariant Desktop { get; } = new("desktop", "http://localhost:8000", "(max-width: 760px)");

    public static FrontendVariant Mobile { get; } = new("mobile", "http://localhost:9000", "all");

    public static FrontendVariant? Find(string? name) => name switch
    {
        "desktop" => Desktop,
        "mobile" => Mobile,
        _ => null,
    };

    public static string Usage(string? given) =>
        $"The first argument is '{given}'; it must be desktop or mobile, as in dotnet OwlBoard.Frontend.dll desktop.";
}
