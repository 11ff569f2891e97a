using Aspire.Hosting;

namespace OwlBoard.AppHost;

/// <summary>What runs <c>AppHost.cs</c>: the property <c>AppModel</c> of the project file decides.</summary>
internal static class Engine
{
    public static bool IsEmbedded { get; } = typeof(DistributedApplication).Assembly == typeof(Engine).Assembly;

    public static string Name { get; } = IsEmbedded ? "Embedded engine" : "Aspire";
}
