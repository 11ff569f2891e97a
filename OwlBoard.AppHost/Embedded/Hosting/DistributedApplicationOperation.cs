namespace Aspire.Hosting;

internal enum DistributedApplicationOperation
{
    Run,
    Publish,
}
