namespace OwlBoard.Frontend;

/// <summary>Which of the two frontends a process is.</summary>
/// <param name="Name">Its argument, and the load balancer's endpoint that it uses.</param>
/// <param name="LoadBalancer">Where that endpoint is unless the configuration says.</param>
/// <param name="CompactLayout">The media query for which its page has the layout for a hand-held screen.</param>
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
        $"The first argument is '{given}': allowed are desktop and mobile, as in dotnet OwlBoard.Frontend.dll desktop";
}
