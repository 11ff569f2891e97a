using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

/// <summary>The databases in PostgreSQL: one for each service, which alone may connect to it, with a role of its own.</summary>
internal static class PostgresDatabases
{
    /// <summary>
    /// Runs when the volume is empty, by the image's own convention. Written by the container itself, so that the
    /// published file needs no other file beside it. <c>PASSWORD_users</c> makes the role and the database <c>users</c>.
    /// </summary>
    private const string Start = """
        cat > /docker-entrypoint-initdb.d/databases.sh <<'SCRIPT'
        run() { psql --username "$POSTGRES_USER" --dbname postgres --no-password -v ON_ERROR_STOP=1 "$@"; }
        run -c 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'
        for variable in ${!PASSWORD_*}; do
          run -v name="${variable#PASSWORD_}" -v password="${!variable}" <<'SQL'
        CREATE ROLE :"name" LOGIN PASSWORD :'password';
        CREATE DATABASE :"name" OWNER :"name";
        REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
        SQL
        done
        SCRIPT
        exec docker-entrypoint.sh postgres -c max_connections=300
        """;

    public static IResourceBuilder<ContainerResource> WithDatabasesAtFirstStart(
        this IResourceBuilder<ContainerResource> postgres) =>
        postgres.PublishAsDockerComposeService((_, service) =>
        {
            service.Entrypoint = ["bash", "-ec"];
            // A dollar is doubled to reach the shell.
            service.Command = [Start.ReplaceLineEndings("\n").Replace("$", "$$", StringComparison.Ordinal)];
            // Stops at once; SIGTERM would wait for every client to leave.
            service.StopSignal = "SIGINT";
        });

    /// <summary>Adds a database, its role and the password of that to PostgreSQL, and tells the service.</summary>
    public static IResourceBuilder<ProjectResource> WithDatabase(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<ContainerResource> postgres,
        string name, IResourceBuilder<ParameterResource> password)
    {
        postgres.WithEnvironment($"PASSWORD_{name}", password);
        var endpoint = postgres.GetEndpoint("tcp");
        return service
            .WithEnvironment("Storage__Provider", "postgresql")
            .WithEnvironment("Storage__ConnectionString", ReferenceExpression.Create(
                $"Host={endpoint.Property(EndpointProperty.Host)};Port={endpoint.Property(EndpointProperty.Port)};Database={name};Username={name};Password={password};Maximum Pool Size=30"))
            .WaitFor(postgres);
    }
}
