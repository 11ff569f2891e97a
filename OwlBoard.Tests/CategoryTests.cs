using System.Reflection;

namespace OwlBoard.Tests;

/// <summary>Checks the categories for <c>dotnet test --filter Category=…</c>.</summary>
[Trait("Category", "Unit")]
public sealed class CategoryTests
{
    private static readonly string[] Categories = ["Unit", "Integration", "EndToEnd", "Deployment"];

    [Fact]
    public void Every_test_has_exactly_one_category()
    {
        var tests = typeof(CategoryTests).Assembly.GetTypes()
            .Where(type => type is { IsClass: true, IsAbstract: false })
            .SelectMany(type => type.GetMethods().Where(method => method.IsDefined(typeof(FactAttribute)))
                .Select(method => (Name: $"{type.FullName}.{method.Name}", Categories: (string[])[.. CategoriesOf(type), .. CategoriesOf(method)])))
            .ToArray();

        Assert.True(tests.Length > 500, $"Only {tests.Length} tests were found.");
        Assert.DoesNotContain(tests, test => test.Categories.Length != 1 || !Categories.Contains(test.Categories[0]));
    }

    private static IEnumerable<string> CategoriesOf(MemberInfo member) =>
        member.GetCustomAttributes<TraitAttribute>().Where(trait => trait.Name == "Category").Select(trait => trait.Value);
}
