namespace OwlBoard.Certificates;

/// <summary>Lets one process at a time issue into a folder. The operating system frees it with the process.</summary>
internal static class FolderLock
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <exception cref="CertificateException">Another process does not come to an end.</exception>
    public static FileStream Take(CertificateFolder folder, TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(folder.Lock) && time.GetElapsedTime(started) < Patience)
            {
                Thread.Sleep(Interval);
            }
            catch (IOException)
            {
                throw new CertificateException($"{folder.Root}: another process has been issuing certificates into it for {Patience.TotalSeconds:0} s.");
            }
        }
    }
}
