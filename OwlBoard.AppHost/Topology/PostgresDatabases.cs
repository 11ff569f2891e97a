using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

/// <summary>The databases in PostgreSQL: one for each service, which alone may connect to it, with a role of its own.</summary>
internal static class PostgresDatabases
{
    /// <summary>
    /// <c>PASSWORD_users</c> makes the role and the database <c>users</c>, at every start: a service that is new, or a
    /// password that is, needs no more than a restart. It is part of the published file, which needs no other beside it.
    /// </summary>
    private const string Start = """
        databases() {
          until pg_isready -q -h 127.0.0.1 -U "$POSTGRES_USER"; do sleep 1; done
          run() { psql -q --username "$POSTGRES_USER" --dbname postgres --no-password -v ON_ERROR_STOP=1 "$@"; }
          run -c 'REVOKE ALL ON DATABASE postgres, template1 FROM PUBLIC'
          for variable in ${!PASSWORD_*}; do
            run -v name="${variable#PASSWORD_}" -v password="${!variable}" <<'SQL'
        SELECT format('CREATE ROLE %I LOGIN', :'name') WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
        ALTER ROLE :"name" PASSWORD :'password';
        SELECT format('CREATE DATABASE %I OWNER %1$I', :'name') WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
        REVOKE ALL ON DATABASE :"name" FROM PUBLIC;
        SQL
          done
          touch /tmp/databases
        }
        databases &
        exec docker-entrypoint.sh postgres -c max_connections=300
        """;

    /// <summary>Healthy is who has all the databases; <c>/tmp</c> is empty again in a container that is started anew.</summary>
    public const string Check = "test -f /tmp/databases && pg_isready -q -h 127.0.0.1";

    public static IResourceBuilder<ContainerResource> WithDatabases(
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
