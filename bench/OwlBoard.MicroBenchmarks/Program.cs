using BenchmarkDotNet.Configs;
using BenchmarkDotNet.Running;
using OwlBoard.MicroBenchmarks;

// dotnet run -c Release --project bench/OwlBoard.MicroBenchmarks -- --filter '*'
BenchmarkSwitcher.FromAssembly(typeof(PolicyBenchmarks).Assembly)
    .Run(args, DefaultConfig.Instance.WithArtifactsPath(Path.Combine("artifacts", "micro")));
