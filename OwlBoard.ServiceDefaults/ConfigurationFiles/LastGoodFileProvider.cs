using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Primitives;

namespace OwlBoard.ServiceDefaults.ConfigurationFiles;

/// <summary>
/// Reads each version of a configuration file with a new provider and replaces the current one only if that succeeds.
/// <see cref="FileConfigurationProvider"/> drops all values when a changed file is missing or invalid, and throws on a
/// thread that ignores the exception.
/// </summary>
internal sealed class LastGoodFileProvider : ConfigurationProvider, IDisposable
{
    private readonly FileConfigurationSource _file;
    private readonly Func<IConfigurationProvider> _createReader;
    private readonly ConfigurationFileLog _log;
    private readonly Lock _loading = new();
    private readonly IDisposable? _changes;
    private volatile IConfigurationProvider _current;
    private bool _isLoaded;
    private bool _wasRead;
    private string? _problem;

    public LastGoodFileProvider(FileConfigurationSource file, Func<IConfigurationProvider> createReader, ConfigurationFileLog log)
    {
        _file = file;
        _createReader = createReader;
        _log = log;
        _current = createReader();
        if (file is { FileProvider: { } files, Path: { } path })
        {
            _changes = ChangeToken.OnChange(() => files.Watch(path), OnFileChanged);
        }
    }

    /// <summary>Reads the file. The first call throws on failure; later ones log it and keep the values.</summary>
    public override void Load()
    {
        lock (_loading)
        {
            if (_isLoaded)
            {
                TryReload();
                return;
            }

            _current.Load();
            _isLoaded = true;
            _wasRead = Exists();
        }
    }

    public override bool TryGet(string key, out string? value) => _current.TryGet(key, out value);

    public override void Set(string key, string? value) => _current.Set(key, value);

    public override IEnumerable<string> GetChildKeys(IEnumerable<string> earlierKeys, string? parentPath) =>
        _current.GetChildKeys(earlierKeys, parentPath);

    public override string ToString() => _current.ToString()!;

    public void Dispose() => _changes?.Dispose();

    private void OnFileChanged()
    {
        // Files are written in several steps. FileConfigurationProvider waits in the same way.
        Thread.Sleep(_file.ReloadDelay);
        try
        {
            lock (_loading)
            {
                if (!_isLoaded || !TryReload())
                {
                    return;
                }
            }

            OnReload();
        }
        catch (Exception failure)
        {
            // The file watcher that raised the event ignores exceptions.
            _log.ReportFailure(_file.Path!, failure);
        }
    }

    private bool TryReload()
    {
        var next = _createReader();
        var isOptional = _file.Optional;
        try
        {
            // A missing optional file would be read as an empty one.
            _file.Optional = false;
            next.Load();
        }
        catch (FileNotFoundException)
        {
            Keep("the file does not exist");
            return false;
        }
        catch (Exception failure)
        {
            Keep(failure.GetBaseException().Message);
            return false;
        }
        finally
        {
            _file.Optional = isOptional;
        }

        _current = next;
        _wasRead = true;
        _problem = null;
        return true;
    }

    /// <summary>Reports a problem once. A file that has never existed is not a problem.</summary>
    private void Keep(string problem)
    {
        if (_problem != problem && (_wasRead || Exists()))
        {
            _problem = problem;
            _log.ReportKept(_file.Path!, problem);
        }
    }

    private bool Exists() => _file.FileProvider?.GetFileInfo(_file.Path!).Exists == true;
}
