using Aspire.Hosting;

namespace OwlBoard.AppHost.Embedded.Terminal;

/// <summary>What a person can mend is said in one line, without a stack trace, and the exit code is 1.</summary>
internal static class OneLineErrors
{
    private static int _installed;

    public static void Install()
    {
        if (Interlocked.Exchange(ref _installed, 1) == 0)
        {
            AppDomain.CurrentDomain.UnhandledException += Report;
        }
    }

    private static void Report(object sender, UnhandledExceptionEventArgs unhandled)
    {
        if (unhandled.ExceptionObject is DistributedApplicationException failure)
        {
            Console.Error.WriteLine(failure.Message);
            Environment.Exit(1);
        }
    }
}
