namespace OwlBoard.LoadBalancer.Status;

/// <summary>A hosted service that samples the traffic history every <see cref="TrafficHistory.Step"/>.</summary>
internal sealed partial class TrafficSampler(TrafficHistory history, TimeProvider time, ILogger<TrafficSampler> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TrafficHistory.Step, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                Sample();
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host is stopping.
        }
    }

    /// <summary>Samples the history. An exception costs one step; if it escaped, it would stop the host.</summary>
    private void Sample()
    {
        try
        {
            history.Sample();
        }
        catch (Exception failure)
        {
            LogFailed(failure);
        }
    }

    [LoggerMessage(1, LogLevel.Error, "Sampling the traffic for the status page failed.")]
    private partial void LogFailed(Exception failure);
}
