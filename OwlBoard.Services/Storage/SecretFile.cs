namespace OwlBoard.Services.Storage;

/// <summary>A secret in a file, as compose and swarm mount it.</summary>
internal static class SecretFile
{
    /// <summary>Reads a secret, without the end of line that editors leave.</summary>
    /// <param name="path">The file.</param>
    /// <param name="setting">The setting that names it, for the error.</param>
    public static string Read(string path, string setting)
    {
        string secret;
        try
        {
            secret = File.ReadAllText(path).TrimEnd('\r', '\n');
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new StorageException($"{setting} {path} cannot be read: {failure.Message}", failure);
        }

        return secret.Length > 0 ? secret : throw new StorageException($"{setting} {path} is empty: write the password into it.");
    }
}
