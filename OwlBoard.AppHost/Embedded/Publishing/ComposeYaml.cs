using Aspire.Hosting.Docker.Resources;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes.Swarm;

namespace OwlBoard.AppHost.Embedded.Publishing;

/// <summary>A docker-compose file as text, its members in the order in which Aspire writes them.</summary>
internal sealed class ComposeYaml
{
    private readonly YamlWriter _yaml = new();

    public static string Write(ComposeFile file)
    {
        var compose = new ComposeYaml();
        compose.WriteFile(file);
        return compose._yaml.ToString();
    }

    private void WriteFile(ComposeFile file)
    {
        _yaml.Member("version", file.Version);
        _yaml.Mapping("services", file.Services, (name, service) => _yaml.Object(name, service, WriteService));
        _yaml.Mapping("networks", file.Networks, (name, network) => _yaml.Object(name, network, WriteNetwork));
        _yaml.Mapping("volumes", file.Volumes, (name, volume) => _yaml.Object(name, volume, WriteVolume));
    }

    private void WriteService(Service service)
    {
        _yaml.Member("image", service.Image);
        _yaml.Member("container_name", service.ContainerName);
        _yaml.Member("command", service.Command);
        _yaml.Member("entrypoint", service.Entrypoint);
        _yaml.Member("environment", service.Environment);
        _yaml.Member("ports", service.Ports);
        _yaml.Member("expose", service.Expose);
        _yaml.Sequence("volumes", service.Volumes, WriteVolume);
        _yaml.Mapping("depends_on", service.DependsOn, (name, dependency) =>
            _yaml.Object(name, dependency, it => _yaml.Member("condition", it.Condition)));
        _yaml.Member("user", service.User);
        _yaml.Member("networks", service.Networks);
        _yaml.Member("restart", service.Restart);
        _yaml.Object("deploy", service.Deploy, WriteDeploy);
        _yaml.Object("healthcheck", service.Healthcheck, WriteHealthcheck);
        _yaml.Object("logging", service.Logging, WriteLogging);
        _yaml.Member("cap_drop", service.CapDrop);
        _yaml.Member("read_only", service.ReadOnly);
        _yaml.Member("security_opt", service.SecurityOpt);
        _yaml.Member("stop_grace_period", service.StopGracePeriod);
        _yaml.Member("stop_signal", service.StopSignal);
        _yaml.Member("tmpfs", service.Tmpfs);
        _yaml.Mapping("ulimits", service.Ulimits, (name, ulimit) => _yaml.Object(name, ulimit, WriteUlimit));
    }

    private void WriteVolume(Volume volume)
    {
        _yaml.Member("type", volume.Type);
        _yaml.Member("target", volume.Target);
        _yaml.Member("source", volume.Source);
        _yaml.Member("read_only", volume.ReadOnly);
        _yaml.Member("driver", volume.Driver);
    }

    private void WriteDeploy(Deploy deploy)
    {
        _yaml.Member("replicas", deploy.Replicas);
        _yaml.Object("resources", deploy.Resources, resources =>
            _yaml.Object("limits", resources.Limits, limits => _yaml.Member("memory", limits.Memory)));
        _yaml.Object("placement", deploy.Placement, placement =>
        {
            _yaml.Member("constraints", placement.Constraints);
            _yaml.Sequence("preferences", placement.Preferences, WritePairs);
        });
        _yaml.Object("update_config", deploy.UpdateConfig, update =>
        {
            _yaml.Member("parallelism", update.Parallelism);
            _yaml.Member("delay", update.Delay);
            _yaml.Member("failure_action", update.FailureAction);
            _yaml.Member("monitor", update.Monitor);
            _yaml.Member("order", update.Order);
        });
        _yaml.Object("restart_policy", deploy.RestartPolicy, restart =>
        {
            _yaml.Member("condition", restart.Condition);
            _yaml.Member("delay", restart.Delay);
        });
    }

    private void WriteHealthcheck(Healthcheck healthcheck)
    {
        _yaml.Member("test", healthcheck.Test);
        _yaml.Member("interval", healthcheck.Interval);
        _yaml.Member("timeout", healthcheck.Timeout);
        _yaml.Member("retries", healthcheck.Retries);
        _yaml.Member("start_period", healthcheck.StartPeriod);
    }

    private void WriteLogging(Logging logging)
    {
        _yaml.Member("driver", logging.Driver);
        _yaml.Member("options", logging.Options);
    }

    private void WriteUlimit(Ulimit ulimit)
    {
        _yaml.Member("soft", ulimit.Soft);
        _yaml.Member("hard", ulimit.Hard);
    }

    private void WriteNetwork(Network network)
    {
        _yaml.Member("driver", network.Driver);
        _yaml.Member("driver_opts", network.DriverOpts);
        _yaml.Object("ipam", network.Ipam, ipam => _yaml.Sequence("config", ipam.Config, WritePairs));
        _yaml.Member("internal", network.Internal);
    }

    private void WritePairs(Dictionary<string, string> pairs)
    {
        foreach (var (name, value) in pairs)
        {
            _yaml.Member(name, value);
        }
    }
}
