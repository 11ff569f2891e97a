namespace OwlBoard.LoadBalancer.Status;

/// <summary>Adds a step to the history every <see cref="TrafficHistory.Step"/>.</summary>
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

    /// <summary>A fault loses one step of the status page. It must not end the load balancer, as that of a hosted service does.</summary>
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

    [LoggerMessage(1, LogLevel.Error, "The traffic could not be sampled for the status page")]
    private partial void LogFailed(Exception failure);
}
