namespace OwlBoard.Certificates;

/// <summary>A lock file that admits one issuing process per folder. The operating system releases it when the process ends.</summary>
internal static class FolderLock
{
    private static readonly TimeSpan LockTimeout = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Acquires the lock.</summary>
    /// <exception cref="CertificateException">Another process did not release the lock in time.</exception>
    public static FileStream Take(CertificateFolder folder, TimeProvider time)
    {
        var started = time.GetTimestamp();
        while (true)
        {
            try
            {
                return new FileStream(folder.Lock, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(folder.Lock) && time.GetElapsedTime(started) < LockTimeout)
            {
                Thread.Sleep(Interval);
            }
            catch (IOException)
            {
                throw new CertificateException($"{folder.Root}: another process has held the lock {folder.Lock} for {LockTimeout.TotalSeconds:0} s.");
            }
        }
    }
}
