namespace OwlBoard.Services.Storage;

/// <summary>Reads secrets from files, as compose and swarm mount them.</summary>
internal static class SecretFile
{
    /// <summary>Reads a secret, without a trailing line break.</summary>
    /// <param name="path">The path of the file.</param>
    /// <param name="setting">The key of the setting, for error messages.</param>
    public static string Read(string path, string setting)
    {
        string secret;
        try
        {
            secret = File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{setting} is '{path}', which cannot be read: {failure.Message}", failure);
        }

        return secret.Length > 0 ? secret : throw new StorageException($"{setting} is '{path}', which is empty; it must contain the password.");
    }
}
