using System.Text.Json;

namespace OwlBoard.Tests.Deployment;

/// <summary>A container as reported by <c>docker inspect</c>.</summary>
/// <param name="Name">The name.</param>
/// <param name="Health">The health; <c>running</c> if the container has no health check.</param>
/// <param name="OutOfMemory">Indicates whether the container was killed for exceeding its memory limit.</param>
/// <param name="Restarts">The number of times that the container exited and was restarted.</param>
/// <param name="Ports">The declared ports on which the container listens.</param>
/// <param name="Published">The host ports that are mapped to the container.</param>
/// <param name="Addresses">The container's address in each network.</param>
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
