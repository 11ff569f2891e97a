using Microsoft.Extensions.Configuration;

namespace OwlBoard.ServiceDefaults.ConfigurationFiles;

/// <summary>A configuration file that keeps its last good values when a change cannot be read.</summary>
internal sealed class LastGoodFileSource : IConfigurationSource
{
    private readonly FileConfigurationSource _file;
    private readonly ConfigurationFileLog _log;

    public LastGoodFileSource(FileConfigurationSource file, ConfigurationFileLog log)
    {
        // LastGoodFileProvider watches the file.
        file.ReloadOnChange = false;
        _file = file;
        _log = log;
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) =>
        new LastGoodFileProvider(_file, () => _file.Build(builder), _log);
}
