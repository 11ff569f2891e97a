using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Http;
using OwlBoard.Tests.Fixtures;

namespace OwlBoard.Tests.Deployment;

/// <summary>
/// The images, built as DEPLOY.md describes for machines without access to a registry. The base image and the stand-ins for
/// third-party images consist of software that is installed on this machine.
/// </summary>
internal static class DockerImages
{
    /// <summary>An image with a shell and basic tools, for inspection.</summary>
    public const string Tools = "owlboard-test/tools";

    private const string Base = "owlboard-test/aspnet";

    /// <summary>Returns the image of a program, for example <c>Gateway</c>.</summary>
    public static string Of(string program) => $"owlboard/{program.ToUpperInvariant()}:1.0".ToLowerInvariant();

    public static async Task BuildAsync(DockerEngine engine)
    {
        await MakeBaseAsync(engine);
        foreach (var program in new[] { "Gateway", "LoadBalancer", "Services", "Frontend" })
        {
            var output = Path.Combine(engine.Folder, "out", program);
            // Only the configuration of these tests is sure to be built.
            var configuration = typeof(DockerImages).Assembly.GetCustomAttribute<AssemblyConfigurationAttribute>()!.Configuration;
            (await Tool.RunAsync(
                DotnetHost.Path,
                ["publish", $"OwlBoard.{program}", "-c", configuration, "--no-build", "-o", output],
                directory: RepositoryRoot)).Succeeded();
            await engine.DockerAsync(
                "build", "-f", Path.Combine(RepositoryRoot, "Dockerfile"), "--build-arg", $"BASE={Base}",
                "--build-arg", $"PROGRAM=OwlBoard.{program}", "-t", Of(program), output);
        }

        await MakeToolsAsync(engine);
        foreach (var (store, tags) in new Dictionary<string, string[]>
        {
            ["postgres"] = ["postgres:17", "postgres:15"],
            ["redis"] = ["redis:7"],
            ["mysql"] = ["mysql:8"],
            ["mongo"] = ["mongo:6"],
            ["rabbitmq"] = ["rabbitmq:3-management"],
        })
        {
            await engine.DockerAsync(
            [
                "build", "--build-arg", $"TOOLS={Tools}", "--target", store,
                .. tags.SelectMany(tag => new[] { "-t", tag }), DockerEngine.Script("Stores"),
            ]);
        }
    }

    private static string RepositoryRoot
    {
        get
        {
            var folder = new DirectoryInfo(AppContext.BaseDirectory);
            while (!File.Exists(Path.Combine(folder.FullName, "OwlBoard.sln")))
            {
                folder = folder.Parent ?? throw new DirectoryNotFoundException($"No parent folder of {AppContext.BaseDirectory} contains OwlBoard.sln.");
            }

            return folder.FullName;
        }
    }

    /// <summary>Builds the base image from the current runtime, without a shell.</summary>
    private static Task MakeBaseAsync(DockerEngine engine)
    {
        var dotnet = Path.GetDirectoryName(DotnetHost.Path)!;
        return MakeAsync(
            engine, Base, $"PATH={dotnet} DOTNET_ROOT={dotnet}",
            [
                DotnetHost.Path, Path.Combine(dotnet, "host"),
                RuntimeEnvironment.GetRuntimeDirectory(), Path.GetDirectoryName(typeof(HttpContext).Assembly.Location)!,
                // Loaded by name when TLS is first used.
                .. Directory.GetDirectories("/usr/lib", "*-linux-gnu").Append("/usr/lib64")
                    .SelectMany(folder => new[] { Path.Combine(folder, "libssl.so.3"), Path.Combine(folder, "libcrypto.so.3") })
                    .Where(File.Exists),
            ]);
    }

    private static Task MakeToolsAsync(DockerEngine engine)
    {
        var initdb = new FileInfo(Require.Tool("initdb", "postgresql"));
        // initdb may be a link; the folder of its target, such as /usr/lib/postgresql/17/bin, has the other programs.
        var postgres = Path.GetDirectoryName((initdb.ResolveLinkTarget(returnFinalTarget: true) ?? initdb).FullName)!;
        var libraries = Path.Combine(postgres, "..", "lib");
        var version = Path.GetFileName(Path.GetDirectoryName(postgres)!);
        return MakeAsync(
            engine, Tools, $"PATH=/usr/local/bin:{postgres}:/usr/bin:/bin",
            [
                "/bin/sh", "/bin/bash", "/usr/bin/env",
                .. new[] { "cat", "chmod", "grep", "id", "install", "ln", "sleep", "timeout", "touch" }.Select(tool => Require.Tool(tool, "coreutils")),
                .. new[] { "initdb", "pg_isready", "postgres", "psql" }.Select(tool => Path.Combine(postgres, tool)),
                Path.GetFullPath(Path.Combine(libraries, "plpgsql.so")), Path.GetFullPath(Path.Combine(libraries, "dict_snowball.so")),
                $"/usr/share/postgresql/{version}", "/usr/share/zoneinfo/Etc",
                Require.Tool("redis-server", "redis-server"), Require.Tool("redis-cli", "redis-tools"),
            ]);
    }

    private static async Task MakeAsync(DockerEngine engine, string image, string environment, string[] paths) =>
        (await engine.RunAsync(DockerEngine.Script("image-from-host"), [image, environment, .. paths])).Succeeded();
}
