using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;

namespace OwlBoard.AppHost.Topology;

/// <summary>The published PostgreSQL: a database per service, to which only the service's role may connect.</summary>
internal static class PostgresExtensions
{
    /// <summary>
    /// Creates the role and the database <c>users</c> for the variable <c>PASSWORD_users</c> at every start, so that a new
    /// service or a new password requires a restart only. The script is part of the published file, which needs no other file.
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

    /// <summary>Succeeds once all databases exist; <c>/tmp</c> is empty in a restarted container.</summary>
    private const string Check = "test -f /tmp/databases && pg_isready -q -h 127.0.0.1";

    public static IResourceBuilder<ContainerResource> AddPostgresStore(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddContainer(name, "postgres", "17")
            .WithEndpoint(targetPort: 5432, name: "tcp")
            .WithEnvironment("POSTGRES_USER", "postgres")
            .WithEnvironment("POSTGRES_PASSWORD", builder.AddParameter("postgres-password", secret: true))
            .PublishAsDockerComposeService((_, service) =>
            {
                service.Entrypoint = ["bash", "-ec"];
                // Compose unescapes a doubled dollar sign.
                service.Command = [Start.ReplaceLineEndings("\n").Replace("$", "$$", StringComparison.Ordinal)];
                // SIGINT is the fast shutdown; SIGTERM would wait for every client to disconnect.
                service.StopSignal = "SIGINT";
            })
            .WithVolume("postgres-data", "/var/lib/postgresql/data")
            .PublishAsStore(memory: "512M", check: Check, "/run/postgresql");

    /// <summary>Adds a database and its role, with a parameter as the password, and connects the service to it.</summary>
    public static IResourceBuilder<ProjectResource> WithDatabase(
        this IResourceBuilder<ProjectResource> service, IResourceBuilder<ContainerResource> postgres, string name)
    {
        var password = service.ApplicationBuilder.AddParameter($"{name}-db-password", secret: true);
        postgres.WithEnvironment($"PASSWORD_{name}", password);
        var endpoint = postgres.GetEndpoint("tcp");
        return service
            .WithEnvironment("Storage__Provider", "postgresql")
            .WithEnvironment("Storage__ConnectionString", ReferenceExpression.Create(
                $"Host={endpoint.Property(EndpointProperty.Host)};Port={endpoint.Property(EndpointProperty.Port)};Database={name};Username={name};Password={password};Maximum Pool Size=30"))
            .WaitFor(postgres);
    }
}
