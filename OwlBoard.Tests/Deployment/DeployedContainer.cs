using System.Text.Json;

namespace OwlBoard.Tests.Deployment;

/// <summary>A container as <c>docker inspect</c> shows it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Health">Its health; <c>running</c> where it has no health check.</param>
/// <param name="OutOfMemory">Whether it was ended for using more memory than it may.</param>
/// <param name="Restarts">How many times it ended by itself and was started again.</param>
/// <param name="Ports">The ports that it listens on, as far as they are declared.</param>
/// <param name="Published">The ports of the host that lead to it.</param>
/// <param name="Addresses">Its address in each network.</param>
internal sealed record DeployedContainer(
    string Name, string Health, bool OutOfMemory, int Restarts,
    IReadOnlyList<string> Ports, IReadOnlyList<string> Published, IReadOnlyDictionary<string, string> Addresses)
{
    public static DeployedContainer Read(JsonElement container)
    {
        var state = container.GetProperty("State");
        return new(
            container.GetProperty(nameof(Name)).GetString()!.TrimStart('/'),
            (state.TryGetProperty(nameof(Health), out var health) ? health : state).GetProperty("Status").GetString()!,
            state.GetProperty("OOMKilled").GetBoolean(),
            container.GetProperty("RestartCount").GetInt32(),
            [.. Members(container.GetProperty("Config"), "ExposedPorts").Select(port => port.Name.Split('/')[0])],
            [
                .. Members(container.GetProperty("HostConfig"), "PortBindings")
                    .SelectMany(port => port.Value.EnumerateArray())
                    .Select(binding => binding.GetProperty("HostPort").GetString()!),
            ],
            Members(container.GetProperty("NetworkSettings"), "Networks")
                .ToDictionary(network => network.Name, network => network.Value.GetProperty("IPAddress").GetString()!));
    }

    private static JsonElement.ObjectEnumerator Members(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out var child) && child.ValueKind == JsonValueKind.Object ? child.EnumerateObject() : default;
}
