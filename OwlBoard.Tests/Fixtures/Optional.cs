using Xunit.Sdk;

namespace OwlBoard.Tests.Fixtures;

/// <summary>A part of a fixture that not every machine can provide. A test that uses a missing part is skipped.</summary>
internal sealed class Optional<T>
    where T : class
{
    private T? _value;
    private SkipException? _missing;

    /// <summary>The part. Skips the test if the machine lacks what it needs.</summary>
    public T Value =>
        _value ?? throw (Exception?)_missing ?? new InvalidOperationException($"The {typeof(T).Name} was not created.");

    /// <summary>Creates the part, or remembers why the machine cannot provide it.</summary>
    public async Task CreateAsync(Func<Task<T>> create)
    {
        try
        {
            _value = await create();
        }
        catch (SkipException missing)
        {
            // Thrown by the fixture, it would fail the tests that share the fixture.
            _missing = missing;
        }
    }
}
