using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using OwlBoard.ServiceDefaults;

namespace OwlBoard.AppHost.Topology;

/// <summary>
/// The services, frontends and stores of the original platform, as images behind OwlBoard's load balancer and gateways. It can
/// only be published, not run locally.
/// </summary>
internal static class ExistingPlatform
{
    public static void AddExistingPlatform(
        this IDistributedApplicationBuilder builder,
        IReadOnlyList<IResourceBuilder<ProjectResource>> gateways, IResourceBuilder<ProjectResource> loadBalancer,
        TopologyOptions options)
    {
        var mysqlPassword = builder.AddParameter("mysql-password", secret: true);
        var mysql = builder.AddContainer("mysql-db", "mysql", "8")
            .WithEndpoint(targetPort: 3306, name: "tcp")
            .WithEnvironment("MYSQL_ROOT_PASSWORD", builder.AddParameter("mysql-root-password", secret: true))
            .WithEnvironment("MYSQL_DATABASE", "user_db")
            .WithEnvironment("MYSQL_USER", "user")
            .WithEnvironment("MYSQL_PASSWORD", mysqlPassword)
            .WithVolume("mysql-data", "/var/lib/mysql")
            .PublishAsStore(
                memory: "1G", check: "mysqladmin ping -h 127.0.0.1 -u user -p\"$$MYSQL_PASSWORD\"", "/run/mysqld");

        var postgresPassword = builder.AddParameter("postgres-password", secret: true);
        var postgres = builder.AddContainer("postgres-db", "postgres", "15")
            .WithEndpoint(targetPort: 5432, name: "tcp")
            .WithEnvironment("POSTGRES_USER", "admin")
            .WithEnvironment("POSTGRES_PASSWORD", postgresPassword)
            .WithEnvironment("POSTGRES_DB", "canvas_db")
            .WithVolume("postgres-data", "/var/lib/postgresql/data")
            .PublishAsStore(memory: "512M", check: "pg_isready -h 127.0.0.1 -U admin -d canvas_db", "/run/postgresql");

        var mongoPassword = builder.AddParameter("mongo-password", secret: true);
        var mongo = builder.AddContainer("mongo-db", "mongo", "6")
            .WithEndpoint(targetPort: 27017, name: "tcp")
            .WithEnvironment("MONGO_INITDB_ROOT_USERNAME", "user")
            .WithEnvironment("MONGO_INITDB_ROOT_PASSWORD", mongoPassword)
            .WithVolume("mongo-data", "/data/db")
            .PublishAsStore(memory: "1G", check: "mongosh --quiet --eval \"db.adminCommand('ping')\"", "/data/configdb");

        var redisPassword = builder.AddParameter("redis-password", secret: true);
        var redis = builder.AddContainer("redis-db", "redis", "7")
            .WithEndpoint(targetPort: 6379, name: "tcp")
            .WithArgs("redis-server", "--requirepass", redisPassword.Resource, "--dir", "/data", "--appendonly", "yes")
            .WithEnvironment("REDISCLI_AUTH", redisPassword)
            .WithVolume("redis-data", "/data")
            .PublishAsStore(memory: "512M", check: "redis-cli ping | grep -q PONG");

        var rabbitPassword = builder.AddParameter("rabbitmq-password", secret: true);
        var rabbit = builder.AddContainer("rabbitmq", "rabbitmq", "3-management")
            .WithEndpoint(targetPort: 5672, name: "tcp")
            .WithEnvironment("RABBITMQ_DEFAULT_USER", "owlboard")
            .WithEnvironment("RABBITMQ_DEFAULT_PASS", rabbitPassword)
            .WithVolume("rabbitmq-data", "/var/lib/rabbitmq")
            .PublishAsStore(memory: "512M", check: "rabbitmq-diagnostics -q ping");
        var rabbitUrl = ReferenceExpression.Create(
            $"amqp://owlboard:{rabbitPassword}@{rabbit.GetEndpoint("tcp").Property(EndpointProperty.Host)}:5672/");

        var users = builder.AddContainer(ResourceNames.UserService, ResourceNames.UserService)
            .WithHttpsEndpoint(targetPort: 8443)
            .WithEnvironment("DATABASE_URL", ReferenceExpression.Create(
                $"mysql+pymysql://user:{mysqlPassword}@{mysql.GetEndpoint("tcp").Property(EndpointProperty.Host)}/user_db"))
            .WithEnvironment("RABBITMQ_URL", rabbitUrl)
            .WaitFor(mysql)
            .WaitFor(rabbit)
            .PublishAsIs(builder.AddParameter("user-service-image"), memory: "512M", NetworkNames.Private);

        var canvas = builder.AddContainer(ResourceNames.CanvasService, ResourceNames.CanvasService)
            .WithHttpEndpoint(targetPort: 8080)
            .WithEnvironment("DATABASE_URL", ReferenceExpression.Create(
                $"postgres://admin:{postgresPassword}@{postgres.GetEndpoint("tcp").Property(EndpointProperty.Host)}:5432/canvas_db?sslmode=disable"))
            .WithEnvironment("RABBITMQ_URL", rabbitUrl)
            .WaitFor(postgres)
            .WaitFor(rabbit)
            .PublishAsIs(builder.AddParameter("canvas-service-image"), memory: "512M", NetworkNames.Private);

        var comments = builder.AddContainer(ResourceNames.CommentsService, ResourceNames.CommentsService)
            .WithHttpEndpoint(targetPort: 8000)
            .WithEnvironment("DATABASE_URL", ReferenceExpression.Create(
                $"mongodb://user:{mongoPassword}@{mongo.GetEndpoint("tcp").Property(EndpointProperty.Host)}:27017/comments_db?authSource=admin"))
            .WaitFor(mongo)
            .PublishAsIs(builder.AddParameter("comments-service-image"), memory: "512M", NetworkNames.Private);

        var chat = builder.AddContainer(ResourceNames.ChatService, ResourceNames.ChatService)
            .WithHttpsEndpoint(targetPort: 8443)
            .WithEnvironment("REDIS_URL", ReferenceExpression.Create(
                $"redis://:{redisPassword}@{redis.GetEndpoint("tcp").Property(EndpointProperty.Host)}:6379/0"))
            .WaitFor(redis)
            .PublishAsIs(builder.AddParameter("chat-service-image"), memory: "512M", NetworkNames.Private);

        foreach (var gateway in gateways)
        {
            gateway
                .WithEnvironment("Gateway__Services__Users", users.GetEndpoint("https")).WaitFor(users)
                .WithEnvironment("Gateway__Services__Canvas", canvas.GetEndpoint("http")).WaitFor(canvas)
                .WithEnvironment("Gateway__Services__Comments", comments.GetEndpoint("http")).WaitFor(comments)
                .WithEnvironment("Gateway__Services__Chat", chat.GetEndpoint("https")).WaitFor(chat);
        }

        var desktopUrl = ReferenceExpression.Create($"{loadBalancer.GetEndpoint("desktop")}/api");
        builder.AddContainer(ResourceNames.DesktopFrontend, ResourceNames.DesktopFrontend)
            .WithHttpEndpoint(port: options.DesktopFrontendPort, targetPort: 3000)
            .WithExternalHttpEndpoints()
            .WithEnvironment("API_URL", desktopUrl)
            .WithEnvironment("USER_SERVICE_URL", ReferenceExpression.Create($"{desktopUrl}/users"))
            .WithEnvironment("CANVAS_SERVICE_URL", ReferenceExpression.Create($"{desktopUrl}/canvas"))
            .WithEnvironment("COMMENTS_SERVICE_URL", ReferenceExpression.Create($"{desktopUrl}/comments"))
            .WithEnvironment("CHAT_SERVICE_URL", ReferenceExpression.Create($"{desktopUrl}/chat"))
            .WaitFor(loadBalancer)
            .PublishAsIs(builder.AddParameter("desktop-frontend-image"), memory: "512M", NetworkNames.Public);

        builder.AddContainer(ResourceNames.MobileFrontend, ResourceNames.MobileFrontend)
            .WithHttpEndpoint(port: options.MobileFrontendPort, targetPort: 80)
            .WithExternalHttpEndpoints()
            .WithEnvironment("API_BASE_URL", ReferenceExpression.Create($"{loadBalancer.GetEndpoint("mobile")}/api"))
            .WaitFor(loadBalancer)
            .PublishAsIs(builder.AddParameter("mobile-frontend-image"), memory: "256M", NetworkNames.Public);
    }
}
